"""What people would use instead of BDSG: one file a method, one contract (:mod:`bdsg.baselines.contract`)."""
