"""The embedded lab: real TCPs in private network namespaces of this machine, one module per stack."""
