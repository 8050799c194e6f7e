"""Pictures of rebuilt documents: found where a draft surely shows them, and made anew from their pixels."""
