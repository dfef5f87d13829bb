using Ahoi.Api.Json;
using Ahoi.Tests.Shared.Browser;

namespace Ahoi.Dashboard.Tests.Browser;

/// <summary>Finds text that is hard to read: WCAG 2.2 asks for 4.5 to 1, and for 3 to 1 where letters are large.</summary>
internal static class Contrast
{
    private const string Script = """
        (() => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const parse = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
          const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
          const ground = element => { const layers = []; for (let e = element; e; e = e.parentElement) layers.unshift(parse(getComputedStyle(e).backgroundColor)); return layers.reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
          const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
          const poor = [];
          let looked = 0;
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            if (!walker.currentNode.textContent.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest('option')) continue;
            looked++;
            const style = getComputedStyle(element);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            const under = ground(element);
            const r = ratio(over(parse(style.color), under), under);
            if (r < (large ? 3 : 4.5)) poor.push(`${r.toFixed(2)} ${element.className || element.tagName}: ${walker.currentNode.textContent.trim().slice(0, 40)}`);
          }
          return [String(looked), ...poor];
        })()
        """;

    /// <summary>The texts of the page that are hard to read, with their contrast.</summary>
    public static async Task<IReadOnlyList<string>> FindPoorAsync(BrowserPage page)
    {
        var found = ((JsonList)(await page.EvaluateAsync(Script))!).Texts.ToList();
        Assert.True(int.Parse(found[0], System.Globalization.CultureInfo.InvariantCulture) > 30, "Too little text was there to be looked at.");
        return [.. found.Skip(1).Distinct(StringComparer.Ordinal)];
    }
}
