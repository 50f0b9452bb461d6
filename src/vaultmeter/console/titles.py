"""What vaults call things, as people read it: kinds, types, sign-in methods, products."""

_METHODS = {
    "api_key": "API key",
    "approle": "AppRole",
    "aws_iam": "AWS IAM",
    "azure_ad": "Azure AD",
    "cert": "Certificate",
    "email": "E-mail",
    "gcp": "Google Cloud",
    "jwt": "JWT",
    "k8s": "Kubernetes",
    "kerberos": "Kerberos",
    "ldap": "LDAP",
    "oauth2": "OAuth 2",
    "oidc": "OIDC",
    "saml2": "SAML",
    "universal_identity": "Universal identity",
    "unknown": "Not told",
    "userpass": "User name and password",
}
_TYPES = {
    "pki_cert_issuer": "Certificate issuer",
    "ssh_cert_issuer": "SSH certificate issuer",
    "classic_key": "Encryption key",
    "target": "Remote target",
}
_KINDS = {
    "password_autofilled": "Password auto-filled",
    "login_failed": "Login refused",
    "list": "Item list",
    "item_added": "Item added",
    "admin": "Settings changed",
}
_PRODUCTS = {"sm": "secrets manager", "pm": "password manager", "sra": "remote access"}


def method_title(code: str) -> str:
    """A sign-in method: `k8s` is Kubernetes."""
    return _METHODS.get(code) or plain_title(code)


def type_title(code: str) -> str:
    """A type of item: `static_secret` is Static secret."""
    return _TYPES.get(code) or plain_title(code)


def kind_title(code: str) -> str:
    """A kind of action: `secret_read` is Secret read."""
    return _KINDS.get(code) or plain_title(code)


def product_title(code: str) -> str:
    """A product, in lower case: `sm` is secrets manager."""
    return _PRODUCTS.get(code, code)


def account_title(name: str) -> str:
    """An account; `*` is the whole organisation."""
    return "whole organisation" if name == "*" else name


def plain_title(code: str) -> str:
    """Any other code as words."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
