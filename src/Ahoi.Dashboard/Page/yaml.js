// JSON as YAML, for people to read; values of Secrets are not shown until somebody asks.

const PLAIN = /^[A-Za-z0-9_./@%+=,~^-][A-Za-z0-9_ ./@%+=,~^:()[\]{}*-]*$/;
const AMBIGUOUS = /^(true|false|null|yes|no|on|off|~|[-+.]?[0-9][0-9_.eE+-]*|0x[0-9a-f]+|[0-9]{4}-[0-9]{2}-[0-9]{2}.*|-.*)$/i;

const scalar = value => {
  if (typeof value !== 'string') return String(value);
  return value && PLAIN.test(value) && !AMBIGUOUS.test(value) && !/: |\s$|:$| #/.test(value) ? value : JSON.stringify(value);
};

// Lines of [class, text] pieces.
export const yamlLines = (value, hide = () => false) => {
  const lines = [];
  const put = (indent, ...pieces) => lines.push([[null, ' '.repeat(indent)], ...pieces]);
  const write = (node, indent, path, lead) => {
    const isList = Array.isArray(node);
    const entries = isList ? node.map((v, i) => [i, v]) : Object.entries(node);
    for (const [key, item] of entries) {
      const here = [...path, key];
      const head = isList ? [[null, '- ']] : [['key', `${scalar(key)}:`]];
      const pieces = lead ? [...lead, ...head] : head;
      const at = lead ? indent - 2 : indent;
      lead = null;
      if (hide(here)) put(at, ...pieces, ['hidden-value', ` hidden (${String(item).length} characters)`]);
      else if (item === null || typeof item !== 'object') {
        if (typeof item === 'string' && item.includes('\n') && !/[^\S\n]\n|^\s|\t/.test(item)) {
          put(at, ...pieces, [null, isList ? '' : ' '], ['text', item.endsWith('\n') ? '|' : '|-']);
          for (const line of item.replace(/\n$/, '').split('\n')) put(indent + 2, ['text', line]);
        } else put(at, ...pieces, [null, isList ? '' : ' '], [typeof item === 'string' ? 'text' : 'value', scalar(item)]);
      } else if (Object.keys(item).length === 0) put(at, ...pieces, [null, isList ? '' : ' '], [null, Array.isArray(item) ? '[]' : '{}']);
      else if (isList) write(item, indent + 2, here, pieces);
      else {
        put(at, ...pieces);
        write(item, Array.isArray(item) ? indent : indent + 2, here, null);
      }
    }
  };
  write(value, 0, [], null);
  return lines;
};
