"""What is a city made of? One file and one writer for each kind of thing."""
