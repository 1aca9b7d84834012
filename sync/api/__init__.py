"""The Marketplace port over HTTP."""
