"""Pictures of rebuilt documents: found where a draft surely shows them, and made anew from their pixels."""

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
PAGE = "text/html"
FORMATS = (WORD, SLIDES, PAGE)
"""Formats whose pictures go out; of all others the text does."""
