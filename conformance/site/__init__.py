"""The published site: static pages made from the results of runs, for a static host or straight from disk."""
