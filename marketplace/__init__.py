"""The other side of the connection: the contract (openapi.yaml) and the practice marketplace (sandbox/)."""
