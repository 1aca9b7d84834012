"""Pure values and rules of calls; imports the standard library alone."""
