"""Mails: internet messages and Outlook's."""
