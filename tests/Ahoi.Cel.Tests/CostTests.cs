using System.Text;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

/// <summary>What Kubernetes itself counts for the same expressions.</summary>
public sealed class CostTests
{
    private const long Boundless = long.MaxValue / 20;

    private static readonly CelEnvironment Plain = new([new("authorizer", CelType.Authorizer)]);

    private static readonly CelEnvironment Typed = new(
    [
        new("self", SchemaTypes.FromSchema((JsonMap)JsonTree.Parse(Encoding.UTF8.GetBytes("""
            {"type":"object","properties":{
              "i":{"type":"integer"},"s":{"type":"string"},"s10":{"type":"string","maxLength":10},"e":{"type":"string","enum":["a","bcd"]},
              "l":{"type":"array","items":{"type":"string"}},"l5":{"type":"array","maxItems":5,"items":{"type":"string","maxLength":10}},
              "ll":{"type":"array","maxItems":5,"items":{"type":"array","maxItems":3,"items":{"type":"integer"}}},
              "m":{"type":"object","additionalProperties":{"type":"string","maxLength":10}},"m5":{"type":"object","maxProperties":5,"additionalProperties":{"type":"string","maxLength":10}},
              "o":{"type":"array","maxItems":5,"items":{"type":"object","properties":{"n":{"type":"string","maxLength":10}}}},
              "x":{"x-kubernetes-int-or-string":true}}}
            """))!)),
    ]);

    [Theory]
    [InlineData("[1, 2, 3, 4, 5].sum()", 15, 15)]
    [InlineData("[uint(1), uint(2), uint(3), uint(4), uint(5)].sum()", 20, 20)]
    [InlineData("[1.0, 2.0, 3.0, 4.0, 5.0].max()", 15, 15)]
    [InlineData("['012345678901', '012345678901', '012345678901', '012345678901', '012345678901'].isSorted()", -1, 15)]
    [InlineData("[bytes('012345678901'), bytes('012345678901')].min()", -1, 16)]
    [InlineData("[duration('1s'), duration('2s')].max()", 14, 14)]
    [InlineData("[1, 2, 3, 4, 5].indexOf(3)", 15, 15)]
    [InlineData("'01234567890123456789012345678901234567890123456789'.lastIndexOf('123')", 5, 5)]
    [InlineData("url('https://kubernetes.io/').getHost()", 4, 4)]
    [InlineData("ip('192.168.0.1')", 2, 2)]
    [InlineData("ip('2001:db8:3333:4444:5555:6666:7777:8888').isGlobalUnicast()", 5, 5)]
    [InlineData("ip.isCanonical('2001:db8:3333:4444:5555:6666:7777:8888')", 8, 8)]
    [InlineData("cidr('192.168.0.0/16').ip()", 3, 3)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR(cidr('192.0.0.0/30'))", 11, 7)]
    [InlineData("cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 11, 7)]
    [InlineData("cidr('192.168.0.0/16').containsIP(ip('192.0.0.1'))", 7, 4)]
    [InlineData("cidr('192.168.0.0/16').containsIP('192.169.0.1')", 8, 5)]
    [InlineData("cidr('2001:db8::/32').containsIP('2001:db8:3333:4444:5555:6666:7777:8888')", 10, 7)]
    [InlineData("'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 9, 9)]
    [InlineData("strings.quote('ABCDEFGHIJ abcdefghij')", 3, 3)]
    [InlineData("strings.quote('ABCDEFGHIJ abcdefghij') == strings.quote('ABCDEFGHIJ abcdefghij')", 11, 9)]
    [InlineData("'abc 123 def 123'.replace('', 'x')", 3, 3)]
    [InlineData("'abc 123 def 123'.split(' ', 1)", 3, 3)]
    [InlineData("'abc 123 def 123'.substring(5, 8)", 2, 2)]
    [InlineData("'  abc 123 def 123  '.trim()", 2, 2)]
    [InlineData("['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join(' ')", -1, 15)]
    [InlineData("['aa', 'bb', 'cc', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join()", -1, 13)]
    [InlineData("'abc 123 def 123'.findAll('123', 1)", 2, 2)]
    [InlineData("quantity('200M') == quantity('0.2G') && quantity('0.2G') == quantity('200M')", 6, 6)]
    [InlineData("quantity('50k').add(20).sub(quantity('100k')).sub(-50000).asInteger() > 0", 7, 7)]
    [InlineData("isQuantity('20M')", 1, 1)]
    [InlineData("sets.contains([], [])", 21, 21)]
    [InlineData("sets.contains([1, 2, 3, 4], [2, 3])", 29, 29)]
    [InlineData("sets.equivalent([1, 2, 3], [3, 2, 1])", 39, 39)]
    [InlineData("!sets.intersects([1], [2])", 23, 23)]
    [InlineData("lists.range(4) == [0, 1, 2, 3]", 26, 26)]
    [InlineData("[].transformList(i, v, v) == []", 31, 31)]
    [InlineData("[1].transformList(i, v, i) == [0]", 45, 45)]
    [InlineData("authorizer.path('/healthz').check('get').allowed()", 350_003, 350_003)]
    [InlineData("authorizer.group('apps').resource('deployments').subresource('status').namespace('test').name('backend').check('create').errored()", 350_007, 350_007)]
    [InlineData("authorizer.group('').resource('pods').fieldSelector('a=b')", 114, 114)]
    [InlineData("'abc'.startsWith('ab') && 'abcdefghijkl'.contains('x')", 3, 3)]
    [InlineData("string(b'0123456789a') == '' || bytes('0123456789a') != b''", 4, 4)]
    [InlineData("matches('abc', '^a+$')", 1, 1)]
    [InlineData("'abc'.matches('^aaaaaa$')", 2, 2)]
    [InlineData("1 in [1, 2, 3] ? 2 > 1 : false", 14, 14)]
    [InlineData("{'a': 1}.a == 1", 32, 32)]
    public void Cost_OfAnExpression_IsWhatKubernetesCounts(string text, long estimate, long actual)
    {
        var program = Plain.Compile(text);

        var result = program.Evaluate(new Dictionary<string, object?> { ["authorizer"] = new Allowing() });

        Assert.Null(result.Error);
        Assert.Equal(actual, result.Cost);
        Assert.True(program.EstimatedCost == estimate || (estimate < 0 && program.EstimatedCost > Boundless), $"{program.EstimatedCost}");
    }

    [Theory]
    [InlineData("self.i == 5", 2)]
    [InlineData("self.i > 5", 3)]
    [InlineData("self.s == 'abc'", 3)]
    [InlineData("self.s10 == self.s10", 8)]
    [InlineData("self.e == self.s", 5)]
    [InlineData("has(self.s) && self.s10.size() > 0", 5)]
    [InlineData("self.s10.matches('^[a-z]+$')", 12)]
    [InlineData("self.s.startsWith('abc')", 3)]
    [InlineData("self.l5.all(x, x.startsWith('a'))", 2 + 1 + (5 * 5))]
    [InlineData("self.m5.all(k, k.matches('^[a-z]+$'))", 2 + 1 + (5 * 6))]
    [InlineData("self.m5.all(k, self.m5[k] == 'abcdefghijkl')", 2 + 1 + (5 * 9))]
    [InlineData("self.o.exists_one(x, x.n == 'a')", 2 + 2 + (5 * 5))]
    [InlineData("self.ll.all(x, x.all(y, y > 0))", 2 + 1 + (5 * (3 + 2 + (3 * 5))))]
    [InlineData("self.l5.map(x, x.lowerAscii()).filter(y, y == 'abcdefghijk').size() == 2", 181)]
    [InlineData("self.l5[0] == self.l5[1]", 10)]
    [InlineData("self.l5.distinct().size() < 3", 2 + 50 + 11 + 1 + 1)]
    public void Estimate_WithASchema_FollowsItsBounds(string text, long estimate) =>
        Assert.Equal(estimate, Typed.Compile(text).EstimatedCost);

    [Theory]
    [InlineData("self.s == self.s", true)]
    [InlineData("self.m.all(k, k.matches('^[a-z0-9]+$'))", true)]
    [InlineData("self.m.all(k, self.m[k].matches('^[a-z0-9]+$'))", true)]
    [InlineData("self.l.all(x, x.size() < 10)", true)]
    [InlineData("self.l.all(x, x.matches('^[a-z0-9]+$'))", false)]
    [InlineData("self.l.exists(x, x.contains(self.s))", false)]
    [InlineData("self.l5.exists(x, x.contains(self.s))", true)]
    [InlineData("self.?s.orValue('') == self.s", true)]
    [InlineData("self.?s == self.?s10", false)]
    [InlineData("quantity(self.s10) != quantity(self.s10)", false)]
    [InlineData("self.s.split(',').all(x, x.size() < 5)", false)]
    [InlineData("self.s10.split(',').all(x, x.size() < 5)", true)]
    [InlineData("isQuantity(self.s) && type(self.x) == string", true)]
    public void Estimate_WithoutBounds_ExceedsTheLimit(string text, bool affordable)
    {
        var cost = Typed.Compile(text).EstimatedCost;

        Assert.True(cost <= CelLimits.EstimatePerRule == affordable, $"cost is {cost}");
    }

    private sealed class Allowing : ICelAuthorizer
    {
        public CelAuthorizerDecision Check(CelAuthorizerQuery query) => new(true, "", null);
    }
}
