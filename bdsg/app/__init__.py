"""The app: pages over one visit, and the components that they show."""
