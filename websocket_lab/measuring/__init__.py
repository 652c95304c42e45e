"""Crowds of clients, and plots of what they measure."""
