"""The pages: server-rendered, in two languages, by keyboard and on a small screen."""
