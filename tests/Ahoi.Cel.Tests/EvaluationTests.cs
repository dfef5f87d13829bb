using System.Text;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

public sealed class EvaluationTests
{
    private static readonly CelEnvironment Environment = new(new Dictionary<string, CelType> { ["v"] = CelType.Dyn });

    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["v"] = JsonTree.Parse(Encoding.UTF8.GetBytes("""{"a":1,"s":"text","l":[1,2,3],"m":{"x":1,"y":2},"n":null,"d":1.5}""")),
    };

    [Theory]
    [InlineData("1 == 1.0 && 1u == 1 && dyn(1) == 1.0 && dyn(1u) < 1.5")]
    [InlineData("dyn(1) != '1' && dyn('a') != 1")]
    [InlineData("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && -7 / 2 == -3 && -7 % 3 == -1")]
    [InlineData("-9223372036854775808 < 0 && 0xFF == 255 && 0x10u == 16u && 1e3 == 1000.0 && .5 == 0.5")]
    [InlineData("true || 1 / 0 > 0")]
    [InlineData("1 / 0 > 0 || true")]
    [InlineData("!(false && 1 / 0 > 0) && !(1 / 0 > 0 && false)")]
    [InlineData("'a' in {'a': 1} && !('b' in {'a': 1}) && 2 in [1, 2] && !(4 in v.l) && 'x' in v.m")]
    [InlineData("has(v.a) && !has(v.zz) && has(v.n) && has(v.m.x)")]
    [InlineData("'héllo😀'.size() == 6 && '😀a'.charAt(1) == 'a' && 'a😀b'.indexOf('b') == 2 && 'a😀b'.substring(1, 2) == '😀'")]
    [InlineData("r'a\\b' == 'a\\\\b' && '''x\n'y'z''' == 'x\\n\\'y\\'z' && b'abc' == b'\\x61bc' && '\\u00e9' == 'é' && '\\101' == 'A'")]
    [InlineData("[1, 2] + [3] == v.l && [dyn(1), 2.0, 3u].size() == 3")]
    [InlineData("v.l.all(x, x > 0) && v.l.exists(x, x == 2) && v.l.exists_one(x, x == 3) && !v.l.all(x, x > 1)")]
    [InlineData("v.l.map(x, x * 2) == [2, 4, 6] && v.l.filter(x, x > 1) == [2, 3] && v.l.map(x, x > 1, x + 1) == [3, 4]")]
    [InlineData("v.m.all(k, v2, v2 > 0 && k != 'z') && v.l.exists(i, x, i == 2 && x == 3) && v.m.all(k, k != '')")]
    [InlineData("v.l.transformList(i, x, i + x) == [1, 3, 5] && {'a': 1}.transformMap(k, x, x + 1) == {'a': 2}")]
    [InlineData("[[1, 2], [3]].map(x, x.map(y, y + 1)) == [[2, 3], [4]]")]
    [InlineData("v.?a.orValue(5) == 1 && v.?q.orValue(5) == 5 && !v.?q.?r.hasValue() && v.l[?1].value() == 2 && !v.l[?9].hasValue()")]
    [InlineData("v.?a.optMap(x, x + 1).value() == 2 && v.?q.optMap(x, x + 1).orValue(0) == 0 && v.?a.optFlatMap(x, optional.of(x)).hasValue()")]
    [InlineData("[?v.?a, ?v.?q] == [1] && {?'k': v.?q} == {} && optional.none().or(optional.of(1)).value() == 1")]
    [InlineData("v.?d.hasValue() && optional.ofNonZeroValue('') == optional.none()")]
    [InlineData("duration('1h30m').getMinutes() == 90 && duration('1.5s') == duration('1500ms') && string(duration('90s')) == '90s'")]
    [InlineData("timestamp('2024-02-29T10:00:00Z').getFullYear() == 2024 && timestamp('2024-02-29T10:00:00.5Z').getMilliseconds() == 500")]
    [InlineData("timestamp('2024-01-01T00:30:00Z').getHours('-01:00') == 23 && timestamp('2024-07-01T00:00:00Z').getHours('Europe/Berlin') == 2")]
    [InlineData("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')")]
    [InlineData("int('42') == 42 && int(3.9) == 3 && uint(3) == 3u && double('1.5') == 1.5 && string(1.0) == '1' && string(true) == 'true' && bool('true')")]
    [InlineData("type(1) == int && type('') == string && type([]) == list && type(null) == null_type && type(type(1)) == type && type(timestamp(0)) == google.protobuf.Timestamp")]
    [InlineData("'a-b-c'.split('-') == ['a', 'b', 'c'] && 'a-b-c'.split('-', 2) == ['a', 'b-c'] && ['a', 'b'].join('-') == 'a-b' && 'abc'.split('') == ['a', 'b', 'c']")]
    [InlineData("'aXa'.replace('a', 'b') == 'bXb' && 'aXa'.replace('a', 'b', 1) == 'bXa' && 'ab'.replace('', '-') == '-a-b-'")]
    [InlineData("' x '.trim() == 'x' && 'Ab'.lowerAscii() == 'ab' && 'Ab'.upperAscii() == 'AB' && strings.quote('a\"b') == '\"a\\\\\"b\"'")]
    [InlineData("'hello'.lastIndexOf('l') == 3 && 'hello'.indexOf('l', 3) == 3 && 'hello'.lastIndexOf('l', 2) == 2 && 'x'.indexOf('y') == -1")]
    [InlineData("'%s-%d %.2f %x %b'.format(['a', 1, 1.5, 255, 5]) == 'a-1 1.50 ff 101' && '%s'.format([[1, 2]]) == '[1, 2]'")]
    [InlineData("'abc'.matches('^a.c$') && !'abc\\n'.matches('^abc$') && matches('x1', '\\\\d') && !'٣'.matches('\\\\d')")]
    [InlineData("'a1b22'.find('[0-9]+') == '1' && 'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.findAll('[0-9]+', 1) == ['1']")]
    [InlineData("[3, 1, 2].sort() == [1, 2, 3] && [1, 1, 2].distinct() == [1, 2] && [1, 2, 3].slice(1, 2) == [2] && lists.range(2) == [0, 1] && [1, 2].isSorted()")]
    [InlineData("[1, 2, 3].sum() == 6 && [1, 2].min() == 1 && [1.5, 2.5].max() == 2.5 && ['a', 'b', 'a'].indexOf('a') == 0 && ['a', 'b', 'a'].lastIndexOf('a') == 2")]
    [InlineData("['bb', 'a'].sortBy(x, x.size()) == ['a', 'bb'] && [[1], [2]].flatten() == [1, 2] && [1, 2].reverse() == [2, 1]")]
    [InlineData("sets.contains([1, 2], [1]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])")]
    [InlineData("quantity('1Gi').compareTo(quantity('1024Mi')) == 0 && quantity('1').add(quantity('500m')).isGreaterThan(quantity('1')) && isQuantity('5') && !isQuantity('x')")]
    [InlineData("quantity('5k').asInteger() == 5000 && !quantity('50m').isInteger() && quantity('-1').sign() == -1 && quantity('3').sub(1) == quantity('2')")]
    [InlineData("url('https://u@example.com:80/p?a=1&a=2#f').getHost() == 'example.com:80' && url('https://[::1]:8/').getHostname() == '::1' && isURL('/x') && !isURL('x')")]
    [InlineData("url('https://h/?a=1&a=2').getQuery()['a'] == ['1', '2'] && url('https://h:1/').getPort() == '1' && url('/a b').getEscapedPath() == '/a%20b'")]
    [InlineData("isIP('10.0.0.1') && !isIP('010.0.0.1') && ip('::1').isLoopback() && ip('1.2.3.4').family() == 4 && !ip.isCanonical('2001:DB8::1') && string(ip('::1')) == '::1'")]
    [InlineData("cidr('10.0.0.0/8').containsIP('10.1.1.1') && !cidr('10.0.0.0/8').containsIP(ip('11.1.1.1')) && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')")]
    [InlineData("ip('224.0.0.5').isLinkLocalMulticast() && ip('169.254.0.1').isLinkLocalUnicast() && ip('8.8.8.8').isGlobalUnicast() && cidr('10.0.0.0/8').prefixLength() == 8")]
    [InlineData("!format.dns1123Label().validate('abc').hasValue() && format.dns1123Label().validate('A_').hasValue() && !format.named('uuid').value().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()")]
    [InlineData("semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-a').isLessThan(semver('1.0.0')) && isSemver('v1.0', true) && !isSemver('v1.0') && semver('1.2.3').minor() == 2")]
    [InlineData("!!true && - -1 == 1 && -(-1) == 1")]
    [InlineData("dyn({'a': {'b': [1]}}) == {'a': {'b': [1.0]}} && {1: 'x'}[dyn(1u)] == 'x' && {1: 'x'}[dyn(1.0)] == 'x'")]
    [InlineData("v.n == null && v.d > 1")]
    [InlineData("'a' < 'b' && 'Z' < 'a' && b'a' < b'b' && false < true")]
    [InlineData("(1 > 0 ? 'y' : 'n') == 'y' // comment")]
    public void Evaluate_Expression_IsTrue(string text)
    {
        var result = Environment.Compile(text).Evaluate(Variables);

        Assert.Null(result.Error);
        Assert.True(result.IsTrue);
    }

    [Theory]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    [InlineData("-9223372036854775808 - 1 > 0", "integer overflow")]
    [InlineData("4611686018427387904 * 2 > 0", "integer overflow")]
    [InlineData("0u - 1u > 0u", "unsigned integer overflow")]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("1 % 0 == 1", "modulus by zero")]
    [InlineData("v.zz == 1", "no such key: zz")]
    [InlineData("v.l[9] == 1", "index out of bounds: 9")]
    [InlineData("1 / 0 > 0 || false", "division by zero")]
    [InlineData("v.s > 1", "no such overload")]
    [InlineData("int('x') == 1", "type conversion error")]
    [InlineData("optional.none().value() == 1", "optional.none() dereference")]
    [InlineData("'abc'.charAt(9) == ''", "index out of range")]
    [InlineData("'%d'.format(['x']) == ''", "could not parse")]
    [InlineData("quantity('x') == quantity('1')", "quantities must match")]
    [InlineData("v.s.matches(v.s + '(')", "error parsing regexp")]
    public void Evaluate_FailingExpression_SaysWhy(string text, string message)
    {
        var result = Environment.Compile(text).Evaluate(Variables);

        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(result.IsTrue);
    }

    [Fact]
    public void Evaluate_BeyondTheCostLimit_Stops()
    {
        var program = Environment.Compile("lists.range(1000).all(x, lists.range(1000).all(y, x != y || x == y))");

        var result = program.Evaluate(Variables, 10_000);

        Assert.Equal(CelErrorKind.CostExceeded, result.ErrorKind);
        Assert.InRange(result.Cost, 10_000, 20_000);
    }
}
