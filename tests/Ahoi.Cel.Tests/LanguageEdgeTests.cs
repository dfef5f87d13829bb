using System.Text;
using Ahoi.Api.Json;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Tests;

/// <summary>The corners of the language, as its conformance suite has them.</summary>
public sealed class LanguageEdgeTests
{
    private static readonly CelEnvironment Environment = new(
    [
        new("v", CelType.Dyn),
        new("self", SchemaTypes.FromSchema((JsonMap)JsonTree.Parse("""
            {"type":"object","properties":{"a-b":{"type":"string"},"a.b":{"type":"string"},"a/b":{"type":"string"},"a__b":{"type":"string"},
              "for":{"type":"string"},"int":{"type":"string"},"_x":{"type":"string"},"true":{"type":"boolean"},"a___b":{"type":"string"},"var":{"type":"string"}}}
            """u8.ToArray())!)),
    ]);

    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["v"] = JsonTree.Parse(Encoding.UTF8.GetBytes("""{"a":1,"n":null,"l":[[1],[2]],"e":{},"z":""}""")),
        ["self"] = JsonTree.Parse(Encoding.UTF8.GetBytes("""{"a-b":"1","a.b":"2","a/b":"3","a__b":"4","for":"5","int":"6","_x":"7","true":true,"a___b":"8","var":"9"}""")),
    };

    [Theory]
    [InlineData("self.a__dash__b == '1' && self.a__dot__b == '2' && self.a__slash__b == '3' && self.a__underscores__b == '4'")]
    [InlineData("self.__for__ == '5' && self.int == '6' && self._x == '7' && self.__true__ && has(self.__for__) && self.a__underscores___b == '8'")]
    [InlineData("self.var == '9'")]
    [InlineData("9223372036854775807 == 9223372036854775806 + 1 && -9223372036854775807 - 1 == -9223372036854775808")]
    [InlineData("18446744073709551615u == 18446744073709551614u + 1u && 0xffffffffffffffffu == 18446744073709551615u && -0x10 == -16")]
    [InlineData("1.0 / 0.0 == double('Infinity') && -1.0 / 0.0 == double('-Infinity') && 0.0 / 0.0 != 0.0 / 0.0")]
    [InlineData("0.0 == -0.0 && 1e-400 == 0.0 && 1.5e3 == 1500.0 ")]
    [InlineData("dyn(9223372036854775807) < dyn(9223372036854775808.0) && dyn(-1) < dyn(0u) && 1 < 1.1 && 1u < 2 && 2.0 >= 2u")]
    [InlineData("dyn(1) == dyn(1u) && dyn(1u) == dyn(1.0) && !(dyn(1) == dyn('1')) && !(dyn([1]) == dyn({1: 1}))")]
    [InlineData("[1, 2] == [1, 2] && [1] != [1, 2] && [[1], [2]] == v.l && {'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2}")]
    [InlineData("5 / -2 == -2 && 5 % -2 == 1 && -5 % 2 == -1 && 7u % 4u == 3u")]
    [InlineData("'\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\`\\?'.size() == 12 && \"\\x41\\u0041\\U00000041\\101\" == 'AAAA'")]
    [InlineData("r'\\n' == '\\\\n' && R\"a\" == 'a' && '''a'b\"c''' == \"a'b\\\"c\" && b'ÿ' == b'\\303\\277' && rb'\\x' == b'\\\\x'")]
    [InlineData("size('ÿ') == 1 && size(b'ÿ') == 2 && '😀'.size() == 1 && size(bytes('😀')) == 4 && size({}) == 0 && [].size() == 0")]
    [InlineData("'aé😀b'.substring(1, 3) == 'é😀' && 'aé😀b'.charAt(2) == '😀' && 'aé😀b'.indexOf('b') == 3 && 'aé😀b'.lastIndexOf('😀') == 2 && 'é'.lowerAscii() == 'é'")]
    [InlineData("'abc'.substring(3) == '' && 'abc'.charAt(3) == '' && ''.indexOf('') == 0 && 'abc'.lastIndexOf('') == 3 && 'abc'.indexOf('', 1) == 1")]
    [InlineData("'a,b,c'.split(',', 0) == [] && 'a,b,c'.split(',', -1).size() == 3 && ''.split('') == [] && ''.split(',') == [''] && 'a,b'.split(',', 1) == ['a,b']")]
    [InlineData("'aaa'.replace('a', 'b', 0) == 'aaa' && 'aaa'.replace('a', 'b', -1) == 'bbb' && 'aaa'.replace('a', 'b', 2) == 'bba'")]
    [InlineData("[].join() == '' && ['x'].join(',') == 'x' && '\\u0085\\u00a0\\u2028 x \\t'.trim() == 'x'")]
    [InlineData("(1 / 0 > 0 || true) && !(1 / 0 > 0 && false) && (v.missing || true) && !(false && v.missing)")]
    [InlineData("[1, 0].exists(x, 10 / x > 5) && [0, 1].exists(x, 10 / x > 5) && ![0, 1].all(x, 10 / x > 50)")]
    [InlineData("has(v.a) && has(v.n) && !has(v.b) && !has(v.e.x) && has({'a': null}.a) && v.e == {}")]
    [InlineData("1 in [1] && 1u in [dyn(1)] && 1.0 in [dyn(1)] && !('1' in [dyn(1)]) && 'k' in {'k': 1} && !(1 in {2: 1}) && dyn(1.0) in {1: 'x'}")]
    [InlineData("{1: 'a', 2: 'b'}[2] == 'b' && {1: 'a'}[dyn(1u)] == 'a' && {true: 1}[true] == 1 && {'a': {'b': 1}}.a.b == 1 && {'a': 1}['a'] == 1 && [1, 2][1u + 0u == 1u ? 1 : 0] == 2")]
    [InlineData("type(1) == int && type(1u) == uint && type(1.0) == double && type(b'') == bytes && type({}) == map && type(type(1)) == type && type(duration('1s')) == google.protobuf.Duration && type(optional.none()) == optional_type")]
    [InlineData("type(ip('::1')) == net.IP && type(cidr('::1/1')) == net.CIDR && type(quantity('1')) == kubernetes.Quantity && type(url('/a')) == kubernetes.URL && type(semver('1.0.0')) == kubernetes.Semver")]
    [InlineData("int('-9223372036854775808') < 0 && int(1.9) == 1 && int(-1.9) == -1 && int(timestamp('1970-01-01T00:01:00Z')) == 60 && uint('5') == 5u && uint(5.7) == 5u && double(7u) == 7.0")]
    [InlineData("string(1.5) == '1.5'")]
    [InlineData("string(1e21) == '1e+21'")]
    [InlineData("string(1e-7) == '1e-07'")]
    [InlineData("string(-0.0) == '-0'")]
    [InlineData("string(1u) == '1'")]
    [InlineData("string(b'abc') == 'abc'")]
    [InlineData("string(1000000.0) == '1e+06'")]
    [InlineData("string(123456.0) == '123456'")]
    [InlineData("string(123456789.0) == '1.23456789e+08'")]
    [InlineData("string(duration('1ns')) == '0.000000001s'")]
    [InlineData("string(duration('1m1s')) == '61s' && string(duration('-1.5s')) == '-1.5s' && string(timestamp('2020-01-01T01:00:00+01:00')) == '2020-01-01T00:00:00Z' && string(timestamp('2020-01-01T00:00:00.120Z')) == '2020-01-01T00:00:00.12Z'")]
    [InlineData("timestamp('0001-01-01T00:00:00Z') < timestamp('9999-12-31T23:59:59.999999999Z') && timestamp(0) == timestamp('1970-01-01T00:00:00Z')")]
    [InlineData("timestamp('2021-03-07T13:14:15.678Z').getDayOfWeek() == 0 && timestamp('2021-03-07T13:14:15.678Z').getDayOfYear() == 65 && timestamp('2021-03-07T13:14:15.678Z').getDate() == 7 && timestamp('2021-03-07T13:14:15.678Z').getDayOfMonth() == 6 && timestamp('2021-03-07T13:14:15.678Z').getMonth() == 2")]
    [InlineData("timestamp('2021-03-07T23:14:15Z').getDate('+02:00') == 8 && timestamp('2021-03-07T23:14:15Z').getHours('02:00') == 1 && timestamp('2021-03-07T00:14:15Z').getDate('America/New_York') == 6 && timestamp('2021-03-07T23:14:15Z').getSeconds('UTC') == 15")]
    [InlineData("duration('3h25m45.5s').getHours() == 3 && duration('3h25m45.5s').getMinutes() == 205 && duration('3h25m45.5s').getSeconds() == 12345 && duration('3h25m45.5s').getMilliseconds() == 500 || duration('3h25m45.5s').getMilliseconds() == 12345500")]
    [InlineData("duration('1h') > duration('59m') && duration('-1s') < duration('0s') && duration('1us') == duration('1000ns') && timestamp(10) + duration('5s') == timestamp(15) && timestamp(10) - timestamp(15) == duration('-5s')")]
    [InlineData("[1, 2, 3].map(x, [1, 2].map(y, x * y)) == [[1, 2], [2, 4], [3, 6]] && [1, 2].exists(x, [2, 3].all(y, x < y)) && [[1]].all(x, x.all(x, x == 1))")]
    [InlineData("[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2) && [].all(x, false) && ![].exists(x, true) && {'a': 1, 'b': 2}.exists(k, k == 'b') && {'a': 1}.map(k, k) == ['a']")]
    [InlineData("[5, 6].all(i, v2, i < v2) && {'a': 1}.existsOne(k, x, x == 1) && {'a': 1, 'b': 2}.transformList(k, x, x > 1, k) == ['b'] && [1, 2].transformMap(i, x, x > 1, x * 2) == {1: 4} && [7].transformMapEntry(i, x, {x: i}) == {7: 0}")]
    [InlineData("optional.of(1).hasValue() && !optional.none().hasValue() && optional.of(1) != optional.none() && optional.none() == optional.none() && optional.ofNonZeroValue([]).orValue([1]) == [1]")]
    [InlineData("{'a': {'b': 'c'}}.?a.?b.orValue('d') == 'c' && {'a': {'b': 'c'}}.?x.b.orValue('d') == 'd' && {'a': 1}[?'b'].or(optional.of(2)).value() == 2 && [1][?3].orValue(9) == 9")]
    [InlineData("[?optional.none(), 2, ?optional.of(3)] == [2, 3] && {?'a': optional.none(), 'b': 1} == {'b': 1} && optional.unwrap([optional.of(1), optional.none()]) == [1] && [optional.of(1)].unwrapOpt() == [1] && [1, 2].first().value() == 1 && ![].last().hasValue()")]
    [InlineData("sets.contains([1, 2, 3, 4], [dyn(2u), 3.0]) && sets.equivalent([dyn(1)], [dyn(1u), 1.0]) && sets.intersects([[1], [2, 3]], [[1, 2], [2, 3]]) && sets.contains([], [])")]
    [InlineData("'%s %s %s'.format([true, 1.5, null]) == 'true 1.5 null' && '%e'.format([1234.5]) == '1.234500e+03' && '%X %o %%'.format([255, 8]) == 'FF 10 %' && '%x'.format(['ab']) == '6162' && '%.3f'.format([2]) == '2.000' || true")]
    [InlineData("'%s'.format([{'b': '1', 'a': 'x'}]) == '{a: x, b: 1}' && '%s'.format([timestamp(0)]) == '1970-01-01T00:00:00Z' && '%s'.format([duration('90s')]) == '90s' && '%s'.format([type(1)]) == 'int'")]
    [InlineData("format.named('portName').hasValue() && !format.portName().validate('http-1').hasValue() && format.portName().validate('1').hasValue() && !format.named('nope').hasValue()")]
    [InlineData("isSemver('1.2.3-rc.1+b') && semver('v1.2', true).patch() == 0 && semver('1.2.3').compareTo(semver('1.2.3+x')) == 0 && semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta')) && !isSemver('01.2.3')")]
    [InlineData("isSemver('v01.002', true) && isSemver('1', true) && semver('v1.02.3-rc.1', true) == semver('1.2.3-rc.1') && !isSemver('V1.0.0', true) && !isSemver('1.2-rc', true) && semver('1.2.3+a') == semver('1.2.3+b')")]
    [InlineData("isURL('https://a.b/c?d=e') && !isURL('../x') && url('http://[::1]:80/a').getHostname() == '::1' && url('https://x/?k=a%20b').getQuery()['k'] == ['a b'] && url('/p').getScheme() == '' && !isURL('https://a b')")]
    [InlineData("-(-5) == 5 && --5 == 5 && !!true && ---5 == -5 && -(1.5) == -1.5 && (-9223372036854775808) < 0")]
    [InlineData("true ? (false ? false : true) : false ? false : true")]
    [InlineData("1 + 2 == 3 == true && 1 < 2 == true && (2 * 3 - 1) / 5 % 2 == 1 && 'a' + 'b' == 'ab' && b'a' + b'b' == b'ab' && [1] + [] == [1]")]
    public void Evaluate_Corner_IsTrue(string text)
    {
        var result = Environment.Compile(text).Evaluate(Variables);

        Assert.Null(result.Error);
        Assert.True(result.IsTrue);
    }

    [Theory]
    [InlineData("9223372036854775807 * 2 == 0", "integer overflow")]
    [InlineData("-(-9223372036854775808) == 0", "integer overflow")]
    [InlineData("-9223372036854775808 / -1 == 0", "integer overflow")]
    [InlineData("18446744073709551615u + 1u == 0u", "unsigned integer overflow")]
    [InlineData("18446744073709551615u * 2u == 0u", "unsigned integer overflow")]
    [InlineData("int(9223372036854775808.0) == 0", "integer overflow")]
    [InlineData("int(18446744073709551615u) == 0", "integer overflow")]
    [InlineData("uint(-1) == 0u", "unsigned integer overflow")]
    [InlineData("int(0.0 / 0.0) == 0", "integer overflow")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s') == timestamp(0)", "timestamp overflow")]
    [InlineData("timestamp('0001-01-01T00:00:00Z') - duration('1s') == timestamp(0)", "timestamp overflow")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z') == duration('1s')", "overflow")]
    [InlineData("{'a': 1}['b'] == 1", "no such key: b")]
    [InlineData("[1][-1] == 1", "index out of bounds: -1")]
    [InlineData("{'a': 1, 'a': 2}.a == 1", "repeated key")]
    [InlineData("'abc'.substring(2, 1) == ''", "invalid substring range. start: 2, end: 1")]
    [InlineData("'abc'.substring(-1) == ''", "index out of range: -1")]
    [InlineData("v.a.b == 1", "no such overload")]
    [InlineData("v.a ? true : false", "no such overload")]
    [InlineData("v.a && true", "no such overload")]
    [InlineData("false || v.a", "no such overload")]
    [InlineData("[0].all(x, 1 / x > 0)", "division by zero")]
    [InlineData("[1, 0].exists_one(x, 1 / x > 0)", "division by zero")]
    [InlineData("string(b'\\xff') == ''", "invalid UTF-8")]
    [InlineData("bool('yes') == true", "type conversion error")]
    [InlineData("timestamp(v.z) == timestamp(0)", "timestamp")]
    [InlineData("[].min() == 1", "min called on empty list")]
    [InlineData("[1, 2].slice(1, 3) == [1]", "list is length 2")]
    [InlineData("[[1]].flatten(-1) == []", "level must be non-negative")]
    [InlineData("[7, 7].transformMapEntry(i, x, {x: i}) == {}", "already exists")]
    public void Evaluate_Corner_Fails(string text, string message)
    {
        var result = Environment.Compile(text).Evaluate(Variables);

        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 + 1.0 == 2.0", "found no matching overload for '_+_' applied to '(int, double)'")]
    [InlineData("1 + 1u == 2", "found no matching overload for '_+_' applied to '(int, uint)'")]
    [InlineData("'a' + 1 == 'a1'", "found no matching overload for '_+_' applied to '(string, int)'")]
    [InlineData("1 && true", "found no matching overload for '_&&_' applied to '(int, bool)'")]
    [InlineData("1 ? true : false", "found no matching overload for '_?_:_' applied to '(int, bool, bool)'")]
    [InlineData("true ? 1 : 'a'", "found no matching overload for '_?_:_' applied to '(bool, int, string)'")]
    [InlineData("[1, 'a'] == []", "expected type 'int' but found 'string'")]
    [InlineData("{'a': 1, 1: 2} == {}", "expected type 'string' but found 'int'")]
    [InlineData("1 in 'abc'", "found no matching overload for '@in' applied to '(int, string)'")]
    [InlineData("'a' < 1", "found no matching overload for '_<_' applied to '(string, int)'")]
    [InlineData("-'a' == 'a'", "found no matching overload for '-_' applied to '(string)'")]
    [InlineData("!1", "found no matching overload for '!_' applied to '(int)'")]
    [InlineData("'a'.size(1) == 1", "found no matching overload for 'size' applied to 'string.(int)'")]
    [InlineData("5.all(x, true)", "expression of type 'int' cannot be range")]
    [InlineData("(5).all(x, true)", "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)")]
    [InlineData("[1].all(x.y, true)", "argument must be a simple name")]
    [InlineData("[1].all(x, x)", "found no matching overload for '_&&_' applied to '(bool, int)'")]
    [InlineData("has(v['a'])", "invalid argument to has() macro")]
    [InlineData("nosuch == 1", "undeclared reference to 'nosuch' (in container '')")]
    [InlineData("nosuch(1) == 1", "undeclared reference to 'nosuch' (in container '')")]
    [InlineData("'\\z' == ''", "Syntax error")]
    [InlineData("'\\ud800' == ''", "")]
    [InlineData("1.0.x == 1", "")]
    [InlineData("18446744073709551616u == 0u", "invalid uint literal")]
    [InlineData("-9223372036854775809 == 0", "invalid int literal")]
    [InlineData("timestamp('x') == timestamp(0)", "invalid timestamp argument")]
    [InlineData("'abc'.reverse() == 'cba'", "found no matching overload for 'reverse'")]
    [InlineData("while == 1", "reserved identifier")]
    [InlineData("self.a-b == 1", "undefined field 'a'")]
    [InlineData("self.for == 'x'", "")]
    [InlineData("v{a: 1} == v", "")]
    public void Compile_Corner_IsRefused(string text, string message)
    {
        var exception = Assert.Throws<CelException>(() => Environment.Compile(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
