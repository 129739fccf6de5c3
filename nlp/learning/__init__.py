"""What trains and measures the models. Reading a text never imports it: it needs scikit-learn and the open data."""
