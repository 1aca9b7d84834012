"""Files that ship with the program: icons and styles."""
