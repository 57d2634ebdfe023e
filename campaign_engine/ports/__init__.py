"""What services need from the outside, as protocols; one file per neighbour."""
