"""The calls of Akeyless that its official clients make: same addresses, statuses, types, errors."""
