namespace Ahoi.Cel.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    Literal,
    Symbol,
}

internal readonly record struct Token(TokenKind Kind, int Position, string Text, object? Value = null)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}
