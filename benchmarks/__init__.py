"""Speed, each beside a real alternative in the same run."""
