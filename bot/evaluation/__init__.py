"""Scores a site's own question file: is the right passage cited, is it said, is what is not covered declined?"""
