"""Figures: learning, quality, speed, crashes, scale. Each module says its command."""
