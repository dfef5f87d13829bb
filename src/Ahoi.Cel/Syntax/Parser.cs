using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace Ahoi.Cel.Syntax;

/// <summary>Turns an expression's text into a tree, expanding macros. Depth and length are bounded, so that hostile text is refused quickly.</summary>
internal sealed class Parser
{
    public const int MaxDepth = 250;
    public const int MaxLength = 100_000;

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while");

    private static readonly string[][] Levels = [["<", "<=", ">", ">=", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly string _text;
    private readonly List<Token> _tokens;
    private readonly Macros _macros;
    private int _at;
    private int _depth;

    private Parser(string text)
    {
        _text = text;
        _tokens = new Lexer(text).Tokens();
        _macros = new(text);
    }

    private Token Current => _tokens[_at];

    public static Expr Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            throw Lexer.Fault(text, 0, $"expression code point size exceeds limit: size: {text.Length}, limit {MaxLength}");
        }

        var parser = new Parser(text);
        var expression = parser.Expression();
        return parser.Current.Kind == TokenKind.End ? expression : throw parser.Unexpected("<EOF>");
    }

    private Expr Expression()
    {
        Enter();
        var expression = Or();
        if (Current.Is("?"))
        {
            var position = Take().Position;
            var yes = Or();
            Expect(":");
            expression = new CallExpr(position, "_?_:_", null, [expression, yes, Expression()]);
        }

        _depth--;
        return expression;
    }

    private Expr Or() => Logical("||", "_||_", () => Logical("&&", "_&&_", () => Binary(0)));

    // Long chains of && and || become balanced trees; they may be longer than the tree may be deep.
    private Expr Logical(string symbol, string function, Func<Expr> operand)
    {
        var first = operand();
        if (!Current.Is(symbol))
        {
            return first;
        }

        List<Expr> operands = [first];
        List<int> positions = [];
        while (Current.Is(symbol))
        {
            positions.Add(Take().Position);
            operands.Add(operand());
        }

        return Balance(0, operands.Count - 1);

        Expr Balance(int from, int to)
        {
            if (from == to)
            {
                return operands[from];
            }

            var middle = (from + to) / 2;
            return new CallExpr(positions[middle], function, null, [Balance(from, middle), Balance(middle + 1, to)]);
        }
    }

    private Expr Binary(int level)
    {
        if (level == Levels.Length)
        {
            return Unary();
        }

        var left = Binary(level + 1);
        var entered = 0;
        while (Current.Kind == TokenKind.Symbol && Levels[level].Contains(Current.Text))
        {
            Enter();
            entered++;
            var symbol = Take();
            var function = symbol.Text == "in" ? "@in" : $"_{symbol.Text}_";
            left = new CallExpr(symbol.Position, function, null, [left, Binary(level + 1)]);
        }

        _depth -= entered;
        return left;
    }

    private Expr Unary()
    {
        if (!Current.Is("!") && !Current.Is("-"))
        {
            return Member();
        }

        var sign = Take();
        var count = 1;
        if (sign.Text == "-" && Current is { Kind: TokenKind.Literal, Value: long or double })
        {
            _at--;
            return Member();
        }

        while (Current.Is(sign.Text))
        {
            Take();
            count++;
        }

        Enter();
        var operand = Current.Is("!") || Current.Is("-") ? Unary() : Member();
        _depth--;

        // Pairs of signs cancel each other.
        return count % 2 == 0 ? operand : new CallExpr(sign.Position, sign.Text == "!" ? "!_" : "-_", null, [operand]);
    }

    private Expr Member()
    {
        var operand = Primary();
        var entered = 0;
        while (true)
        {
            if (Current.Is("."))
            {
                operand = Dot(operand);
            }
            else if (Current.Is("["))
            {
                var position = Take().Position;
                var optional = TakeIf("?");
                var index = Expression();
                Expect("]");
                operand = new CallExpr(position, optional ? "_[?_]" : "_[_]", null, [operand, index]);
            }
            else if (Current.Is("{") && TypeName(operand) is { } name)
            {
                Take();
                operand = new MessageExpr(operand.Position, name, Entries(fields: true));
            }
            else
            {
                _depth -= entered;
                return operand;
            }

            Enter();
            entered++;
        }
    }

    private Expr Dot(Expr operand)
    {
        var position = Take().Position;
        var optional = TakeIf("?");
        if (Current.Kind != TokenKind.Identifier)
        {
            throw Unexpected("IDENTIFIER");
        }

        var name = Take().Text;
        if (optional || !Current.Is("("))
        {
            return new SelectExpr(position, operand, name, optional: optional);
        }

        Take();
        var call = new CallExpr(position, name, operand, Arguments(")"));
        return _macros.Expand(call);
    }

    private Expr Primary()
    {
        var token = Take();
        switch (token)
        {
            case { Kind: TokenKind.Literal, Text: "min" }:
                throw Lexer.Fault(_text, token.Position, "invalid int literal");
            case { Kind: TokenKind.Literal }:
                return new ConstantExpr(token.Position, token.Value);
            case { Kind: TokenKind.Symbol, Text: "-" } when Current is { Kind: TokenKind.Literal, Value: long number }:
                Take();
                return new ConstantExpr(token.Position, unchecked(-number));
            case { Kind: TokenKind.Symbol, Text: "-" } when Current is { Kind: TokenKind.Literal, Value: double number }:
                Take();
                return new ConstantExpr(token.Position, -number);
            case { Kind: TokenKind.Symbol, Text: "(" }:
                var inner = Expression();
                Expect(")");
                return inner;
            case { Kind: TokenKind.Symbol, Text: "[" }:
                return List(token.Position);
            case { Kind: TokenKind.Symbol, Text: "{" }:
                return new MapExpr(token.Position, Entries(fields: false));
            case { Kind: TokenKind.Symbol, Text: "." } when Current.Kind == TokenKind.Identifier:
                return Named(Take(), ".");
            case { Kind: TokenKind.Identifier }:
                return Named(token, "");
            default:
                _at -= token.Kind == TokenKind.End ? 0 : 1;
                throw Unexpected("an expression");
        }
    }

    private Expr Named(Token token, string prefix)
    {
        if (Reserved.Contains(token.Text))
        {
            throw Lexer.Fault(_text, token.Position, $"reserved identifier: {token.Text}");
        }

        if (!TakeIf("("))
        {
            return new IdentExpr(token.Position, prefix + token.Text);
        }

        return _macros.Expand(new CallExpr(token.Position, token.Text, null, Arguments(")")));
    }

    private ListExpr List(int position)
    {
        List<Expr> items = [];
        List<bool> optional = [];
        while (!Current.Is("]"))
        {
            optional.Add(TakeIf("?"));
            items.Add(Expression());
            if (!TakeIf(","))
            {
                break;
            }
        }

        Expect("]");
        return new(position, [.. items], optional.Contains(true) ? [.. optional] : null);
    }

    private MapEntry[] Entries(bool fields)
    {
        List<MapEntry> entries = [];
        while (!Current.Is("}"))
        {
            var optional = TakeIf("?");
            if (fields && Current.Kind != TokenKind.Identifier)
            {
                throw Unexpected("IDENTIFIER");
            }

            var key = fields ? new ConstantExpr(Current.Position, Take().Text) : Expression();
            Expect(":");
            entries.Add(new(key, Expression(), optional));
            if (!TakeIf(","))
            {
                break;
            }
        }

        Expect("}");
        return [.. entries];
    }

    private Expr[] Arguments(string end)
    {
        if (TakeIf(end))
        {
            return [];
        }

        List<Expr> arguments = [Expression()];
        while (TakeIf(","))
        {
            arguments.Add(Expression());
        }

        Expect(end);
        return [.. arguments];
    }

    private static string? TypeName(Expr expression) => expression switch
    {
        IdentExpr ident => ident.Name,
        SelectExpr { Test: false, Optional: false } select when TypeName(select.Operand) is { } parent => $"{parent}.{select.Field}",
        _ => null,
    };

    private void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Lexer.Fault(_text, Current.Position, $"expression recursion limit exceeded: {MaxDepth}");
        }
    }

    private Token Take() => Current.Kind == TokenKind.End ? Current : _tokens[_at++];

    private bool TakeIf(string symbol)
    {
        if (!Current.Is(symbol))
        {
            return false;
        }

        _at++;
        return true;
    }

    private void Expect(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Unexpected($"'{symbol}'");
        }
    }

    private CelException Unexpected(string wanted)
    {
        var token = Current;
        var shown = token.Kind == TokenKind.End ? "<EOF>" : _text[token.Position..Math.Min(_text.Length, token.Position + Math.Max(1, token.Text.Length))];
        return Lexer.Fault(_text, token.Position, $"Syntax error: mismatched input '{shown}' expecting {wanted}");
    }
}
