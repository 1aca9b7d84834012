"""Small widgets that every window shares; each module opens with how to use it."""
