"""The pages: one module for each noun, in folders by what a reader does.

`entering` records, `following` shows shipments and trains, `mapping` corridors and maps, `figures` statistics,
`administering` accounts and places; `drawings` draws on the server. Every page can be read without a script. Rules of
the trade are asked for in `operations`; here is only how they are said, in the reader's language.
"""
