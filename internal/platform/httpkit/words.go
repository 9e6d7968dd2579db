package httpkit

import (
	"context"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/platform/i18n"
)

// say is the title and the general sentence of a kind of refusal. The first
// words say whether money moved (look §10).
func say(ctx context.Context, kind fault.Kind, seconds int, changing bool) (title, detail string) {
	t := func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
	switch kind {
	case fault.Invalid:
		if !changing {
			return t("这个地址看不懂"), t("请从公开账本重新点进来。")
		}
		return t("没办成，钱没有动"), t("填的内容有一处不对，请改好再来。")
	case fault.Unauthorized:
		return t("请先登录"), t("登录以后再回到这一页。")
	case fault.Forbidden:
		if !changing {
			return t("这一页您看不了"), t("您在这个社区的身份不能看它。")
		}
		return t("没办成，钱没有动"), t("您在这个社区的身份不能办这件事。")
	case fault.NotFound:
		return t("没找到这一页"), t("地址可能抄错了，或者这一页已经不在了。")
	case fault.Conflict:
		return t("没办成，钱没有动"), t("情况刚刚变了，请看一眼再决定。")
	case fault.Busy:
		if changing {
			return t("现在人多，请 %d 秒后再点", seconds), t("钱没有动。您填的都留着，返回上一页就能看到。")
		}
		return t("现在人多，请 %d 秒后再点", seconds), t("过一会儿再打开，数都在。")
	case fault.TooMany:
		return t("点得太快了，请 %d 秒后再点", seconds), t("这是为了挡住乱试的人，不是您的错。")
	case fault.TooLarge:
		return t("没收下，太大了"), t("请换一个小一点的文件。")
	}
	if changing {
		return t("没有等到回音"), t("请先看看记录里有没有这一笔，再决定要不要重办。")
	}
	return t("这一页没打开，钱没有动"), t("我们这边出了差错，已经记下。请过一会儿再试。")
}
