"""The look of the cards that show frames and handshakes."""

from pathlib import Path


STYLE = f"<style>{Path(__file__).with_name('wire_card.css').read_text(encoding='utf-8')}</style>"
