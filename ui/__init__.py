"""The windows: widgets over the desk. Remote text goes to plain-text widgets alone."""
