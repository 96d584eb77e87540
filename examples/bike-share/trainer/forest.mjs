/**
 * A forest as flat lists, a fraction of the library's own JSON: node i of a tree sends a row on by
 * `row[feature[i]] < at[i]` to node i + 1, otherwise to node `right[i]`; a leaf has feature −1 and its value in `at`.
 */
export function compactForest({ baseModel }) {
  return {
    format: 1,
    trees: baseModel.estimators.map(({ root }, index) => compactTree(root, baseModel.indexes[index])),
  };
}

function compactTree(root, columns) {
  const tree = { feature: [], at: [], right: [] };
  const add = (node) => {
    const place = tree.feature.length;
    const leaf = node.left === undefined || node.right === undefined;
    tree.feature.push(leaf ? -1 : columns[node.splitColumn]);
    tree.at.push(leaf ? Number(Number(node.distribution).toFixed(3)) : node.splitValue);
    tree.right.push(-1);
    if (!leaf) {
      add(node.left);
      tree.right[place] = tree.feature.length;
      add(node.right);
    }
  };
  add(root);
  return tree;
}

/** The forest's answer for one row of numbers: the mean of its trees. */
export function predictForest({ trees }, input) {
  let sum = 0;
  for (const { feature, at, right } of trees) {
    let node = 0;
    while (feature[node] >= 0) node = input[feature[node]] < at[node] ? node + 1 : right[node];
    sum += at[node];
  }
  return sum / trees.length;
}
