"""The Call Requests page: the list with its rows, and the detail of one call."""
