// What the console takes of Vega: only the transforms that our specs use, so that the file stays small.
// Colours of the page reach a chart as signals; expressions are walked, not compiled (no unsafe-eval).
import { transforms } from "vega-dataflow";
import * as drawing from "vega-encode";
import { numberFormatDefaultLocale } from "vega-format";
import { expressionInterpreter } from "vega-interpreter";
import { parse } from "vega-parser";
import * as rows from "vega-transforms";
import { View } from "vega-view";
import * as marks from "vega-view-transforms";

Object.assign(transforms, rows, marks, drawing);

export { View, expressionInterpreter, numberFormatDefaultLocale, parse };
