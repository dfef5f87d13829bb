using System.Globalization;

namespace Ahoi.Cel.Syntax;

/// <summary>Cuts an expression into tokens.</summary>
internal sealed class Lexer(string text)
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    private int _at;

    public List<Token> Tokens()
    {
        var tokens = new List<Token>();
        while (true)
        {
            var token = Next();
            tokens.Add(token);
            if (token.Kind == TokenKind.End)
            {
                return tokens;
            }
        }
    }

    public static CelException Fault(string text, int position, string message) => CelException.ForText(text, [(position, message)]);

    private Token Next()
    {
        SkipBlank();
        var start = _at;
        if (_at >= text.Length)
        {
            return new(TokenKind.End, start, "<EOF>");
        }

        var c = text[_at];
        if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])))
        {
            return Number();
        }

        if (StringLexer.StartsAt(text, _at))
        {
            var value = StringLexer.Read(text, ref _at);
            return new(TokenKind.Literal, start, "", value);
        }

        if (char.IsAsciiLetter(c) || c == '_')
        {
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            {
                _at++;
            }

            var word = text[start.._at];
            return word switch
            {
                "true" => new(TokenKind.Literal, start, word, true),
                "false" => new(TokenKind.Literal, start, word, false),
                "null" => new(TokenKind.Literal, start, word),
                "in" => new(TokenKind.Symbol, start, word),
                _ => new(TokenKind.Identifier, start, word),
            };
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return new(TokenKind.Symbol, start, symbol);
            }
        }

        throw Fault(text, start, $"Syntax error: token recognition error at: '{c}'");
    }

    private void SkipBlank()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (text[_at] == '/' && _at + 1 < text.Length && text[_at + 1] == '/')
            {
                while (_at < text.Length && text[_at] != '\n')
                {
                    _at++;
                }
            }
            else
            {
                return;
            }
        }
    }

    private Token Number()
    {
        var start = _at;
        if (text[_at] == '0' && _at + 2 < text.Length && text[_at + 1] == 'x' && char.IsAsciiHexDigit(text[_at + 2]))
        {
            _at += 2;
            while (_at < text.Length && char.IsAsciiHexDigit(text[_at]))
            {
                _at++;
            }

            var hex = text.AsSpan(start + 2, _at - start - 2);
            var fits = ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits);
            return Whole(start, fits, bits);
        }

        Digits();
        var isDouble = false;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            isDouble = true;
            _at++;
            Digits();
        }

        if (_at < text.Length && text[_at] is 'e' or 'E')
        {
            var exponent = _at + 1 < text.Length && text[_at + 1] is '+' or '-' ? _at + 2 : _at + 1;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                isDouble = true;
                _at = exponent;
                Digits();
            }
        }

        var digits = text.AsSpan(start, _at - start);
        if (isDouble)
        {
            return new(TokenKind.Literal, start, "", double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        var whole = ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return Whole(start, whole, number);
    }

    private Token Whole(int start, bool fits, ulong number)
    {
        if (_at < text.Length && text[_at] is 'u' or 'U')
        {
            _at++;
            return fits ? new(TokenKind.Literal, start, "", number) : throw Fault(text, start, "invalid uint literal");
        }

        // The sign is not known here: the parser refuses 2^63 unless a minus stands before it.
        return fits && number <= 1UL << 63
            ? new(TokenKind.Literal, start, number == 1UL << 63 ? "min" : "", unchecked((long)number))
            : throw Fault(text, start, "invalid int literal");
    }

    private void Digits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            _at++;
        }
    }
}
