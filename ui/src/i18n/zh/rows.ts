/** 电脑界面的表格：筛选、排序 */
export default {
  filter: '筛选',
  fits: '{of} 行中的 {count} 行',
  noFit: '没有符合「{text}」的行',
  clear: '清掉筛选',
};
