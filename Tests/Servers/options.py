"""The command line of the model servers."""

import argparse
import pathlib

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "fledgling.gguf"


def parser(description):
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--model", default=str(MODEL), help="the GGUF file behind all names")
    made.add_argument("--n-ctx", type=int, default=4096, help="the context where a request does not say")
    made.add_argument("--delay", type=float, default=0, help="seconds before each token after the first")
    made.add_argument("--load-delay", type=float, default=0, help="seconds that loading takes")
    made.add_argument("--queue", type=int, default=512, help="how many may wait while one is answered")
    return made
