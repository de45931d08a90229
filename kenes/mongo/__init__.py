"""MongoDB for services: the only package that imports motor and pymongo."""
