"""Pages that work without JavaScript: sign-up, page chat, inbox and reports."""
