"""The native API's addresses and its OpenAPI document."""
