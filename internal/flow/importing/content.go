package importing

import (
	"time"

	"gongyi/internal/kernel/money"
)

// Content is the row's idempotency content: all fields after parsing, as
// canonical JSON (settlement.md, "Inputs"). The same purchase written in another
// way, with other quotes or another offset, has the same content.
func (p *PurchaseRow) Content() []byte { return p.AppendContent(make([]byte, 0, 320)) }

// AppendContent appends what Content returns: keys sorted, no spaces, amounts as
// the books write them, the time in UTC (RFC 8785 in shape).
func (p *PurchaseRow) AppendContent(b []byte) []byte {
	b = appendAmount(append(b, `{"coupon_amount":`...), p.Coupon)
	b = appendInt(append(b, `,"items":`...), p.Items)
	b = appendAmount(append(b, `,"list_amount":`...), p.List)
	b = appendText(append(b, `,"member_ref":`...), p.Member)
	b = appendText(append(b, `,"merchant_ref":`...), p.Merchant)
	b = appendAmount(append(b, `,"paid_amount":`...), p.Paid)
	b = appendText(append(b, `,"purchase_ref":`...), p.Ref)
	b = append(b, `,"purchased_at":"`...)
	b = p.At.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, `"}`...)
}

func appendAmount(b []byte, v money.Amount) []byte {
	return append(v.AppendDecimal(append(b, '"'), money.CNY), '"')
}

func appendInt(b []byte, n int) []byte { return money.Amount(n).AppendDecimal(b, money.Point) }

const hexDigits = "0123456789abcdef"

// appendText writes a JSON string with the fewest escapes. References hold no
// control letters, but canonical means canonical for every string.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, `\u00`...)
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(b, '"')
}
