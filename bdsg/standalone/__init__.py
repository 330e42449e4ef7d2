"""Pages of one HTML file each: they ask the network for nothing and open from a disk."""
