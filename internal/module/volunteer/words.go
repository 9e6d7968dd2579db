package volunteer

import "gongyi/internal/platform/i18n"

// LevelName is how well a skill is known to be true, in words.
func LevelName(l Level) i18n.Message {
	switch l {
	case Certified:
		return i18n.M("有证书")
	case Vouched:
		return i18n.M("有人作证")
	case Declared:
		return i18n.M("自己说的")
	}
	return i18n.M("没说过会")
}

// IdentityName is how sure the house is who somebody is, in words.
func IdentityName(i Identity) i18n.Message {
	switch i {
	case Background:
		return i18n.M("看过无犯罪记录证明")
	case RealName:
		return i18n.M("看过身份证")
	case PhoneKnown:
		return i18n.M("手机号核对过")
	}
	return i18n.M("还没核对过")
}

// ProofName is what a proof says.
func ProofName(k ProofKind) i18n.Message {
	if k == FirstAidTraining {
		return i18n.M("上过急救课")
	}
	return IdentityName(k.Identity())
}

// LanguageName is what a language is called.
func LanguageName(l Language) i18n.Message {
	switch l {
	case Dialect:
		return i18n.M("本地话")
	case Cantonese:
		return i18n.M("粤语")
	case English:
		return i18n.M("英语")
	case SignLanguage:
		return i18n.M("手语交流")
	}
	return i18n.M("普通话")
}

// StateName is where a volunteer stands.
func StateName(s State) i18n.Message {
	switch s {
	case Paused:
		return i18n.M("先歇着")
	case Stopped:
		return i18n.M("不做志愿者了")
	}
	return i18n.M("可以帮忙")
}

// ReserveName is where the offer of a shop stands.
func ReserveName(s ReserveState) i18n.Message {
	switch s {
	case Agreed:
		return i18n.M("本人同意了")
	case Declined:
		return i18n.M("本人没同意")
	case Ended:
		return i18n.M("不再做后备")
	}
	return i18n.M("等本人同意")
}

// ExceptionName says what is other than usual.
func ExceptionName(k ExceptionKind) i18n.Message {
	if k == Extra {
		return i18n.M("多一段有空")
	}
	return i18n.M("不在")
}
