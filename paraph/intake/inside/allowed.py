"""What may stand in a clean PDF: the keys that drawing needs, and the operators of content streams.

Everything else is left behind: what is not in these tables cannot act, call, hide or tell (ISO 32000-1, chapters 7
to 11).
"""

from __future__ import annotations

# Keys whose values are dictionaries of names that the author chose.
MAPS = {
    "/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/CharProcs", "/Colorants",
}  # fmt: skip

KEYS = MAPS | {
    # Streams and their filters; never /F, which names a file outside.
    "/Length", "/Filter", "/DecodeParms", "/K", "/EndOfLine", "/EncodedByteAlign", "/Columns", "/Rows",
    "/EndOfBlock", "/BlackIs1", "/DamagedRowsBeforeError", "/Predictor", "/Colors", "/BitsPerComponent",
    "/EarlyChange", "/JBIG2Globals", "/ColorTransform",
    # Pictures and forms.
    "/Type", "/Subtype", "/Width", "/Height", "/ImageMask", "/Mask", "/SMask", "/SMaskInData", "/Decode",
    "/Intent", "/Matte", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/S", "/CS", "/I", "/G",
    "/BC",
    # Graphics states.
    "/LW", "/LC", "/LJ", "/ML", "/D", "/RI", "/OP", "/op", "/OPM", "/FL", "/SM", "/SA", "/BM", "/CA", "/ca",
    "/AIS", "/TK",
    # Colours, functions, patterns, shadings.
    "/N", "/Alternate", "/Range", "/WhitePoint", "/BlackPoint", "/Gamma", "/FunctionType", "/Domain",
    "/Size", "/BitsPerSample", "/Order", "/Encode", "/C0", "/C1", "/Functions", "/Bounds", "/PatternType",
    "/PaintType", "/TilingType", "/XStep", "/YStep", "/ShadingType", "/Background", "/AntiAlias", "/Coords",
    "/Extend", "/Function", "/BitsPerCoordinate", "/BitsPerFlag", "/VerticesPerRow", "/Process",
    "/Components", "/MixingHints", "/Solidities", "/PrintingOrder",
    # Fonts.
    "/BaseFont", "/Name", "/FirstChar", "/LastChar", "/Widths", "/FontDescriptor", "/Encoding",
    "/ToUnicode", "/DescendantFonts", "/CIDSystemInfo", "/Registry", "/Ordering", "/Supplement", "/DW",
    "/W", "/DW2", "/W2", "/CIDToGIDMap", "/FontBBox", "/FontMatrix", "/BaseEncoding", "/Differences",
    "/FontName", "/FontFamily", "/FontStretch", "/FontWeight", "/Flags", "/ItalicAngle", "/Ascent",
    "/Descent", "/Leading", "/CapHeight", "/XHeight", "/StemV", "/StemH", "/AvgWidth", "/MaxWidth",
    "/MissingWidth", "/FontFile", "/FontFile2", "/FontFile3", "/CharSet", "/CIDSet", "/Style", "/Lang",
    "/FD", "/Length1", "/Length2", "/Length3", "/CMapName", "/WMode", "/UseCMap",
}  # fmt: skip

# Without marked content (BMC, BDC, EMC, MP, DP): tags and layers are gone. BX and EX hide what a reader does not know.
OPERATORS = {
    "w", "J", "j", "M", "d", "ri", "i", "gs", "q", "Q", "cm", "m", "l", "c", "v", "y", "h", "re", "S", "s",
    "f", "F", "f*", "B", "B*", "b", "b*", "n", "W", "W*", "BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Tr",
    "Ts", "Td", "TD", "Tm", "T*", "Tj", "TJ", "'", '"', "d0", "d1", "CS", "cs", "SC", "SCN", "sc", "scn",
    "G", "g", "RG", "rg", "K", "k", "sh", "Do", "INLINE", "INLINE IMAGE",
}  # fmt: skip
