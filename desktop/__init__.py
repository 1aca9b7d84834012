"""The shell: wires, runs and shows."""
