package person

import (
	"context"
	"strings"

	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/db"
)

// Query asks for people by what somebody at a desk knows of them.
type Query struct {
	Text  string  // a phone number, its last digits, or a part of the name
	Homes []id.ID // only members of these communities; nil: everybody
	Limit int
}

// minDigits is how many of the last digits of a number are asked for at least: fewer
// would list strangers.
const minDigits = 4

// Search finds people, by name. What is too short to mean anybody finds nobody.
func (s *Service) Search(ctx context.Context, r db.Reader, q Query) ([]*Person, error) {
	where, args := q.by()
	if where == "" || q.Homes != nil && len(q.Homes) == 0 {
		return nil, nil
	}
	if q.Homes != nil {
		where += " AND EXISTS (SELECT 1 FROM person_member m WHERE m.community_id = person.community_id AND m.person_id = person.id AND m.home_id IN (?" +
			strings.Repeat(", ?", len(q.Homes)-1) + "))"
		for _, h := range q.Homes {
			args = append(args, h[:])
		}
	}
	return list(ctx, r, where+" ORDER BY name, id LIMIT ?", append(append([]any{id.Tilde[:]}, args...), q.Limit)...)
}

// by is the condition on number or name, "" if the text means nobody.
func (q Query) by() (string, []any) {
	text := strings.TrimSpace(q.Text)
	if phone, err := ParsePhone(text); err == nil {
		return "phone = ?", []any{phone}
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
	if digits == text && text != "" {
		if len(digits) < minDigits {
			return "", nil
		}
		return "phone LIKE ?", []any{"%" + digits}
	}
	plain := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(text))
	if plain == "" {
		return "", nil
	}
	return `LOWER(name) LIKE ? ESCAPE '\'`, []any{"%" + plain + "%"}
}
