"""What calls for attention: the notices of the Event Center, and the rules that raise them."""
