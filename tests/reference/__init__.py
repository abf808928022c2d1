"""RFC 9293's endpoint as an executable text, and the host around it: what every case has to pass on.

To be read beside the RFC: `listen`, `synsent` and `otherwise` are section 3.10.7 step by step, `calls` is 3.10.1 to
3.10.6, `timers` 3.10.8, `output` 3.7 and 3.8. It does no input or output, and its time is an argument: `Host.now` is
what the driver says it is. `faults` are small deviations from it, one method each.
"""
