"""The HTTP edge: the only package that knows Flask."""

from cds_service.web.app import create_app, from_environment

__all__ = ["create_app", "from_environment"]
