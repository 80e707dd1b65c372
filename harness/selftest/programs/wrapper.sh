# Starts the real server, as the entry script of a container does.
exec "$@"
