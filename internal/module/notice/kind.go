package notice

var byID = func() map[string]*Kind {
	all := make(map[string]*Kind, len(Kinds))
	for i := range Kinds {
		all[Kinds[i].ID] = &Kinds[i]
	}
	return all
}()

// KindOf finds a kind of the catalogue.
func KindOf(kind string) (*Kind, bool) {
	if kind == digest {
		return &summary, true
	}
	k, ok := byID[kind]
	return k, ok
}

// Offers lists the ways, other than the inbox, that a person may choose for a kind.
func (k *Kind) Offers() (ways []Way) {
	for _, w := range Ways {
		if k.allows(w) {
			ways = append(ways, w)
		}
	}
	return ways
}

// allows reports whether a kind may go out by a way at all.
func (k *Kind) allows(w Way) bool {
	if k.Marketing && (w == SMS || w == WeChat) {
		return false
	}
	return contains(k.By, w) || contains(k.May, w)
}

// Fixed reports whether a way of a kind cannot be switched off.
func (k *Kind) Fixed(w Way) bool {
	if w == Inbox {
		return !k.Marketing
	}
	return k.Must && contains(k.By, w)
}

func contains(ways []Way, w Way) bool {
	for _, x := range ways {
		if x == w {
			return true
		}
	}
	return false
}
